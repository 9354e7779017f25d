export { CachedScenariosRepository } from './cached-scenarios-repository.js';
export { CachedUnitOfWork } from './cached-unit-of-work.js';
export {
  DEFAULT_SCENARIO_TTL_SECONDS,
  ScenarioCache,
  type ScenarioCacheCounts,
  type ScenarioCacheOptions,
} from './scenario-cache.js';

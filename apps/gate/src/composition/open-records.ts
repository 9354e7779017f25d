import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';

import {
  ChaosEventsRepository,
  ScenariosRepository,
  TestResultsRepository,
  TestRunsRepository,
  type AdapterLifecycle,
  type Repositories,
} from '@test-coordinator/ports';
import { namingSettings, openRecordStore, POSTGRES_VARIABLES } from '@test-coordinator/settings';

import { GATE_SETTINGS, type GateSettings } from './gate-settings.js';

/** The records that the gate reads, and the adapter beneath them. Disposing lets go of it. */
export interface Records extends AsyncDisposable {
  readonly repositories: Repositories;
  /** Whether an answer so far was made without all of the store. */
  readonly wasDegraded: () => boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
export type OpenRecords = (environment: Environment) => Promise<Records>;

/** One technology: what it binds, and under which name its life is found. */
interface ChosenAdapter {
  readonly module: ContainerModule;
  readonly lifecycle: ServiceIdentifier<AdapterLifecycle>;
  readonly wasDegraded: () => boolean;
  /** What runs beneath it, to be let go of when it has stopped. */
  readonly server?: AsyncDisposable;
}

/** The gate asks two things at once at most that take their time. */
const CONNECTIONS = { poolSize: 2, maxOverflow: 0, applicationName: 'test-coordinator-gate' };
/** Under which variables we read what the client may refuse. */
const CLIENT_VARIABLES: Readonly<Record<string, string>> = {
  baseUrl: GATE_SETTINGS.coordinatorUrl.variable,
  apiKey: GATE_SETTINGS.clientKey.variable,
};
const never = (): boolean => false;

/**
 * Opens the records that the settings name, started. It reads: nothing is migrated, and no embedded server is made where
 * there was none.
 * @throws SettingsError, EmbeddedPostgresError; DataAdapterError when the store is away.
 */
export async function openChosenRecords(settings: GateSettings, environment: Environment): Promise<Records> {
  const { module, lifecycle, wasDegraded, server } = await chooseAdapter(settings, environment);
  const container = new Container({ defaultScope: 'Singleton' });
  const letGo: AsyncDisposable[] = server === undefined ? [] : [server];
  try {
    container.load(module);
    const adapter = await namingSettings(POSTGRES_VARIABLES, () => container.get(lifecycle));
    letGo.unshift(adapter);
    await adapter.start();
  } catch (error) {
    await disposeAll(letGo);
    throw error;
  }
  return {
    repositories: {
      scenarios: container.get<ScenariosRepository>(ScenariosRepository),
      testRuns: container.get<TestRunsRepository>(TestRunsRepository),
      chaosEvents: container.get<ChaosEventsRepository>(ChaosEventsRepository),
      testResults: container.get<TestResultsRepository>(TestResultsRepository),
    },
    wasDegraded,
    [Symbol.asyncDispose]: () => disposeAll(letGo),
  };
}

async function chooseAdapter(settings: GateSettings, environment: Environment): Promise<ChosenAdapter> {
  if (settings.store === 'memory') {
    const { StubAdapter, stubModule } = await import('@test-coordinator/adapter-stub');
    return { module: stubModule(), lifecycle: StubAdapter, wasDegraded: never };
  }
  if (settings.coordinatorUrl !== undefined) return overHttp(settings, settings.coordinatorUrl.reveal());
  // TypeORM takes most of a second to load.
  const [{ PostgresAdapter, postgresModule }, store] = await Promise.all([
    import('@test-coordinator/adapter-postgres'),
    openRecordStore(settings, { environment, mustExist: true }),
  ]);
  return {
    module: postgresModule({ ...store.settings, ...CONNECTIONS, migrates: false }),
    lifecycle: PostgresAdapter,
    wasDegraded: never,
    server: store,
  };
}

/** What a coordinator answers while its store is away is no basis for a verdict: it says so with each answer. */
async function overHttp({ clientKey }: GateSettings, baseUrl: string): Promise<ChosenAdapter> {
  const { CoordinatorClient, clientModule } = await import('@test-coordinator/client');
  let degradedAnswers = 0;
  const module = await namingSettings(CLIENT_VARIABLES, () =>
    clientModule({ baseUrl, apiKey: clientKey?.reveal() }, () => (degradedAnswers += 1)),
  );
  return { module, lifecycle: CoordinatorClient, wasDegraded: () => degradedAnswers > 0 };
}

async function disposeAll(all: readonly AsyncDisposable[]): Promise<void> {
  for (const each of all) await each[Symbol.asyncDispose]();
}

export type { StubSettings } from './settings.js';
export { StubAdapter, createStubAdapter, type StubDependencies, type StubPorts } from './stub-adapter.js';
export { stubModule } from './stub-module.js';

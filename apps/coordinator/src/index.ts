export {
  AdapterFactory,
  type ChosenAdapter,
  type DataLayerHealth,
  type FactoryDependencies,
  type Storage,
} from './composition/adapter-factory.js';
export { AdapterChoiceError } from './composition/adapter-choice-error.js';
export { chooseAdapters } from './composition/choose-adapters.js';
export { apiKeyFile, chooseAuthentication } from './composition/choose-authentication.js';
export { Metrics } from './metrics/metrics.js';
export { observeAdapters, type ObservedAdapters } from './metrics/observe-adapters.js';
export { observedPort, type CallHooks, type ObserveCall, type TraceCall } from './metrics/observed-port.js';
export { Tracing, type TracingOptions } from './tracing/tracing.js';
export { createLogger, type LoggerOptions } from './logging/masked-logger.js';
export { buildServer, type ServerOptions } from './http/server.js';
export {
  HttpError,
  STATUS_OF_CODE,
  problemOf,
  type ProblemContext,
  type ProblemDetails,
} from './http/problem-details.js';
export { ApiKeyFile } from './security/api-key-file.js';
export { ApiKeyAuthentication, type Authentication, type Principal } from './security/authentication.js';
export { TOKEN_ALGORITHMS, type TokenAlgorithm } from './security/token-algorithms.js';
export { TokenAuthentication, type TokenAuthenticationOptions } from './security/token-authentication.js';
export { mintApiKey, type ApiKey, type MintedApiKey } from './security/api-key.js';
export { SCOPES, type Scope } from './security/scope.js';
export { SETTINGS, type Settings } from './settings/setting-table.js';
export { readSettings } from './settings/read-settings.js';
export { EXIT, UsageError, type Host, type TerminalStream } from './commands/command.js';
export { runCommandLine } from './commands/command-line.js';
export { errorText } from './commands/error-text.js';

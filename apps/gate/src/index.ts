export { EXIT, UsageError, type Host } from './commands/gate-command.js';
export { runCommandLine } from './commands/command-line.js';
export { readGateSettings, GATE_SETTINGS, type GateSettings } from './composition/gate-settings.js';
export { openChosenRecords, type OpenRecords, type Records } from './composition/open-records.js';

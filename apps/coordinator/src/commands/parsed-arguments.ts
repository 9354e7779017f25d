import { UsageError } from './command.js';

/** What `parseArgs` read; what it refuses is a usage error. */
export function parsed<Read>(parse: () => Read): Read {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}

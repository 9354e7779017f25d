import { join } from 'node:path';
import { bin } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure, runTool, StepFailure } from './run-tool.mjs';

export async function formatSources() {
  try {
    await ensureInstalled();
    const { code, output } = await runTool(join(bin, 'prettier'), ['--write', '--log-level=warn', '.']);
    if (code !== 0)
      throw new StepFailure(output, 'prettier could not read the files above: mend them first.');
  } catch (error) {
    reportFailure(error);
  }
}

import { spawn } from 'node:child_process';
import { root, toolEnvironment } from './environment.mjs';

/**
 * Runs a command at the root and collects all that it prints. `onOutput` sees the output as it comes.
 * Never rejects: a command that cannot be started ends with code 127 and the reason as its output.
 */
export function runTool(command, args, onOutput = () => {}) {
  return new Promise((resolve) => {
    let output = '';
    const collect = (chunk) => {
      output += chunk;
      onOutput(chunk);
    };
    const child = spawn(command, args, {
      cwd: root,
      env: toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // npx and the files in node_modules/.bin are .cmd files on Windows.
      shell: process.platform === 'win32',
    });
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output }),
    );
  });
}

/** One line on what to do next ends every failure; the output of the tool comes before it. */
export class StepFailure extends Error {
  constructor(output, advice) {
    super(advice);
    this.output = output;
  }
}

/** Says on stderr what takes long, and nothing about what is quick. */
export async function announced(label, work) {
  const timer = setTimeout(() => process.stderr.write(`${label} …\n`), 700);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

export function reportFailure(error) {
  if (!(error instanceof StepFailure)) throw error;
  process.stderr.write(`${error.output.trimEnd()}\n\n${error.message}\n`);
  process.exitCode = 1;
}

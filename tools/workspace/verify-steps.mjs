import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bin } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { reportFailure, runTool } from './run-tool.mjs';
import { countTests } from './test-counts.mjs';

const run = (...tasks) => ['run', ...tasks, '--continue=dependencies-successful', '--log-order=grouped'];
const check = (task) => [...run(`//#${task}`), '--log-prefix=none'];

const LONGEST = '@test-coordinator/coordinator';

/** All through turbo: what has not changed since it last passed is not run again. */
const steps = [
  { name: 'lint', args: check('check:lint'), advice: 'mend the findings of oxlint above' },
  { name: 'markdown', args: check('check:markdown'), advice: 'mend the findings of markdownlint above' },
  {
    name: 'manifests',
    args: check('check:manifests'),
    advice: 'mend the package.json files that sherif names above',
  },
  { name: 'unused', args: check('check:unused'), advice: 'remove what knip names above, or use it' },
  {
    name: 'boundaries',
    args: ['boundaries'],
    advice: 'remove the imports named above: packages import inwards only',
  },
  { name: 'build', args: run('build', 'build:test'), advice: 'mend the compiler errors above' },
  {
    name: 'format',
    args: check('check:format'),
    advice: 'run "npm run format"',
    // It takes one processor for as long as the steps above take together.
    startsAtOnce: true,
  },
  {
    name: 'test',
    // Suites start servers and processes of their own, and partly wait for them: one more at a time than there are
    // processors keeps all busy; ten at a time, turbo's default, make each other time out on two cores. The longest is
    // that one more: turbo would start it last, and one processor would wait for it alone.
    args: [...run('test'), `--filter=!${LONGEST}`, `--concurrency=${availableParallelism()}`],
    beside: [...run('test'), `--filter=${LONGEST}`],
    advice: 'mend the failing tests above',
    isTest: true,
  },
];

export async function verify(names) {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `No step "${unknown.join('", "')}": name some of ${steps.map(({ name }) => name).join(', ')}.\n`,
    );
    process.exitCode = 2;
    return;
  }
  try {
    await ensureInstalled();
  } catch (error) {
    reportFailure(error);
    return;
  }
  const chosen = names.length > 0 ? steps.filter(({ name }) => names.includes(name)) : steps;
  const started = new Map(chosen.filter((step) => step.startsAtOnce).map((step) => [step, runStep(step)]));
  const results = [];
  for (const step of chosen) results.push(await (started.get(step) ?? runStep(step)));
  summarise(results);
}

async function runStep(step) {
  const started = performance.now();
  // The tests take longest and their output is worth reading: it is shown as it comes.
  const runs = [step.args, ...(step.beside === undefined ? [] : [step.beside])].map((args) =>
    runTool(join(bin, 'turbo'), args, (chunk) => {
      if (step.isTest) process.stdout.write(chunk);
    }),
  );
  const ended = await Promise.all(runs);
  const output = ended.map((tool) => tool.output).join('\n');
  const counts = step.isTest ? countTests(output) : undefined;
  const passed =
    ended.every(({ code }) => code === 0) &&
    (counts === undefined || (counts.passed > 0 && counts.failed === 0));
  if (!passed && !step.isTest) process.stdout.write(`\n${output.trimEnd()}\n\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(12)} ${seconds.padStart(6)} s\n`);
  return { ...step, passed, counts };
}

function summarise(results) {
  const failures = results.filter(({ passed }) => !passed);
  const counts = results.find((result) => result.counts)?.counts;
  process.stdout.write('\n');
  for (const { name, advice } of failures) process.stdout.write(`${name} failed: ${advice}.\n`);
  if (counts?.passed === 0) process.stdout.write('No test passed: a run without tests counts as failed.\n');
  process.stdout.write(
    failures.length > 0
      ? `${failures.length} of ${results.length} steps failed.\n`
      : `All ${results.length} steps passed.\n`,
  );
  if (counts) process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

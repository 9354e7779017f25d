// One client in a process of its own.
import { CONTENDERS } from './contender.js';
import { perform, type Task } from './task.js';

const [name, url] = process.argv.slice(2) as [string, string];
const contender = await CONTENDERS[name]!(url);

process.on('disconnect', () => process.exit());
process.on('message', (task: Task) => {
  perform(contender, task).then(
    (report) => process.send!({ report }),
    (error: unknown) => process.send!({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
process.send!({ ready: true });

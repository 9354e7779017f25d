import { Spool } from '@test-coordinator/adapter-spool';
import { DataAdapterError } from '@test-coordinator/ports';

/** Appends records of 1,000 bytes to the folder until one is refused, and tells how many were taken and why it ended. */
const spool = await Spool.open({ folder: process.argv[2]!, reserveBytes: 0 });
let taken = 0;
let code: string | undefined;
while (code === undefined) {
  try {
    await spool.append(1, Buffer.alloc(1_000, 'x'));
    taken += 1;
  } catch (error) {
    code = DataAdapterError.is(error) ? error.code : String(error);
  }
}
process.stdout.write(JSON.stringify({ taken, code }));

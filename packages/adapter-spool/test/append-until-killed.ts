import { Spool } from '@test-coordinator/adapter-spool';

/** Appends from eight callers for ever, and prints each record once it was answered. */
const spool = await Spool.open({ folder: process.argv[2]!, segmentBytes: 65_536 });
async function append(caller: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const text = `${process.pid} ${caller} ${count}`;
    await spool.append(1, Buffer.from(text.padEnd(200 + ((count * 37) % 900), '.')));
    process.stdout.write(`${text}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, (_, caller) => append(caller)));

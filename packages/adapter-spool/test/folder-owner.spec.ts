import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Spool, nodeProcesses, type Processes } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { moments } from './simulation/moments.js';
import { SeededRandom } from './simulation/seeded-random.js';
import { SimulatedDisk } from './simulation/simulated-disk.js';
import { NO_FAULTS, SimulatedProcess } from './simulation/simulated-process.js';
import { SpoolFolders, expectRefusal } from './spool-folders.js';

const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

describe('Given the folder of a spool', () => {
  it('When it is open in this process, Then a second spool is refused until the first is closed', async () => {
    const folder = await folders.newFolder();
    const first = await folders.open(folder);

    const error = await expectRefusal(folders.open(folder), 'UNAVAILABLE');
    expect(error.message).to.include(`in use by process ${process.pid}`);
    await first.close();
    const second = await folders.open(folder);
    await expectRefusal(folders.open(folder), 'UNAVAILABLE');
    await second.close();
  });

  it('When its owner is another process that was given the same number, Then the folder is free', async () => {
    const folder = await folders.newFolder();
    await (await folders.open(folder)).close();
    const newest = (await readdir(folder)).find((name) => name.startsWith('owner.'))!;
    await writeFile(join(folder, newest), JSON.stringify({ pid: process.pid, started: 'long ago' }));

    await folders.open(folder);
  });

  it('When its owner file says nothing, Then the folder is free', async () => {
    for (const text of ['', '{"pid":', '{}', '{"pid":-1,"started":""}', 'null']) {
      const folder = await folders.newFolder();
      await (await folders.open(folder)).close();
      const newest = (await readdir(folder)).find((name) => name.startsWith('owner.'))!;
      await writeFile(join(folder, newest), text);

      await folders.open(folder);
    }
  });

  it('When it cannot be made, Then the refusal says what to look at', async () => {
    const folder = await folders.newFolder();
    await writeFile(folder, 'a file');

    const error = await expectRefusal(folders.open(folder), 'UNAVAILABLE');
    expect(error.message).to.match(
      /^the spool folder cannot be used \(E\w+\); check its disk, owner and permissions$/,
    );
  });

  it('When processes race for it, over and over, Then at each time at most one has it, and one gets it when it is free', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const disk = new SimulatedDisk();
      const living = new Set<number>();
      const owners = new Set<number>();
      let taken = 0;
      const attempt = async (pid: number): Promise<void> => {
        living.add(pid);
        const processes: Processes = {
          current: () => Promise.resolve({ pid, started: 'then' }),
          isAlive: async (other) => {
            const isAlive = living.has(other.pid);
            // Long enough for others to take the folder, give it back and take it again meanwhile.
            await moments(random.between(0, 400));
            return isAlive;
          },
        };
        const fileSystem = new SimulatedProcess({ disk, random, faults: NO_FAULTS, operations: Infinity });
        const spool = await Spool.open({ folder: '/one', reserveBytes: 0, fileSystem, processes }).catch(
          (error: unknown) => {
            expect(error, `seed ${seed}`).to.have.nested.property('details.pid');
          },
        );
        if (spool === undefined) {
          living.delete(pid);
          return;
        }
        owners.add(pid);
        taken += 1;
        expect([...owners], `seed ${seed}`).to.deep.equal([pid]);
        await fileSystem.list('/one');
        owners.delete(pid);
        // Half of them die, and the others give it back.
        if (random.chance(0.5)) fileSystem.kill();
        else await spool.close();
        living.delete(pid);
      };
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(Array.from({ length: 5 }, (_, index) => attempt(1 + round * 5 + index)));
        expect(taken, `seed ${seed}, round ${round}`).to.be.greaterThan(round);
      }
    }
  });
});

describe('Given the processes of the machine', () => {
  it('When one asks, Then itself is alive, and another start or an unused number is not', async () => {
    const self = await nodeProcesses.current();

    expect(self.pid).to.equal(process.pid);
    expect(await nodeProcesses.isAlive(self)).to.equal(true);
    expect(await nodeProcesses.isAlive({ ...self, started: `${self.started}0` })).to.equal(false);
    expect(await nodeProcesses.isAlive({ ...self, pid: 2 ** 22 + 1 })).to.equal(false);
  });
});

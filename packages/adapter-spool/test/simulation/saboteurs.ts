/** A rule of the spool, and the change of its built code that breaks it. */
export interface Saboteur {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The first that catches it in the code of today, for those that many seeds do not catch. @default 1 */
  readonly firstSeed?: number;
}

/** Each must be caught by the simulation; one whose text is no longer in the code is an error, not a pass. */
export const SABOTEURS: readonly Saboteur[] = [
  {
    name: 'answers without a sync',
    file: 'active-segment.js',
    from: 'await this.#file.syncData();\n        this.end += length;',
    to: 'this.end += length;',
  },
  {
    name: 'answers before it writes',
    file: 'group-commit.js',
    from: 'const first = await this.#commit(batch);',
    to: `const told = this.#context.segments.next;
            batch.forEach(({ resolve }, index) => resolve(told + index));
            const first = await this.#commit(batch);`,
  },
  {
    name: 'does not sync the folder of a new segment',
    file: 'active-segment.js',
    from: 'await fileSystem.syncFolder(folder);',
    to: '',
  },
  {
    name: 'removes segments before it is written down that they are stored',
    firstSeed: 225,
    file: 'spool.js',
    from: 'const write = () => writeAcknowledged(fileSystem, folder, acknowledged);',
    to: `const write = () => writeAcknowledged(fileSystem, folder, acknowledged);
        const before = this.#acknowledged;
        this.#acknowledged = through;
        await this.#discardStored();
        this.#acknowledged = before;`,
  },
  {
    name: 'takes a short write for a whole one',
    file: 'file-system.js',
    from: 'written += count;',
    to: 'written = bytes.length;',
  },
  {
    name: 'syncs again after a failed sync, and believes it',
    file: 'active-segment.js',
    from: 'await this.#file.syncData();\n        this.end += length;',
    to: 'await this.#file.syncData().catch(() => this.#file.syncData());\n        this.end += length;',
  },
  {
    name: 'checks no checksums',
    firstSeed: 61,
    file: 'segment-format.js',
    from: 'if (recordCrc(bytes, at, end) !== bytes.readUInt32LE(at + 4))',
    to: 'if (false)',
  },
  {
    name: 'takes a torn tail for a record',
    file: 'segment-reader.js',
    from: `if (!(await this.#load(at, length)))
            return undefined;`,
    to: `if (!(await this.#load(at, length)))
            return { sequence: this.#expected, type: 1, payload: this.#chunk.subarray(at - this.#chunkAt + RECORD_OVERHEAD) };`,
  },
  {
    name: 'leaves what did not fit on a full disk',
    firstSeed: 105,
    file: 'group-commit.js',
    from: 'await segment.cut();\n            }\n            catch (cutError)',
    to: '}\n            catch (cutError)',
  },
  {
    name: 'takes what was written again for two records',
    file: 'spool-recovery.js',
    from: 'segment.next = Math.min(segment.next, Math.max(before, segment.first));',
    to: '',
  },
  {
    name: 'believes what a killed process wrote down and did not sync',
    file: 'spool-recovery.js',
    from: 'written.sequence === 0 || (await isSynced(fileSystem, folder))',
    to: 'true',
    firstSeed: 28_943_918,
  },
  {
    name: 'does not sync how far the backlog is stored',
    file: 'acknowledged-file.js',
    from: 'await file.syncData();',
    to: '',
  },
  {
    name: 'does not sync the new name of how far the backlog is stored',
    file: 'acknowledged-file.js',
    from: 'await fileSystem.syncFolder(folder);',
    to: '',
  },
  {
    name: 'gives sequences twice once all segments are gone',
    file: 'spool-recovery.js',
    from: 'const last = Math.max(written.sequence, 0,',
    to: 'const last = Math.max(0,',
  },
  {
    name: 'forgets that the first try of an urgent record may be stored',
    file: 'group-commit.js',
    from: 'const error = mayBeHeld && !isUnknownOutcome(failure)',
    to: 'const error = false',
    firstSeed: 252_732_461,
  },
  {
    name: 'says that a record is not stored when it may be',
    file: 'group-commit.js',
    from: 'throw unknownOutcome(error);',
    to: 'throw error;',
  },
];

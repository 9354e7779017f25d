import type { KeyObject } from 'node:crypto';

import { AuditTrail, CheckpointSchedule, signCheckpoint } from '@test-coordinator/auditing';
import type { AuditCheckpoint } from '@test-coordinator/domain';
import type {
  AdapterHealth,
  AdapterLifecycle,
  AuditLog,
  Clock,
  IdGenerator,
  Logger,
} from '@test-coordinator/ports';

import { CheckpointFile } from './checkpoint-file.js';
import { openSigningKey } from './signing-key.js';

/** Where what vouches for the log is kept. */
export interface AuditPlaces {
  /** Of the private key. */
  readonly key: string;
  readonly checkpoints: string;
}

export interface AuditWriterDependencies {
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** In the name of the chain. */
  readonly serviceName: string;
  /** Asked for with the first checkpoint; `undefined`: the log ends with the process, and nothing vouches for it. */
  readonly places: (() => AuditPlaces) | undefined;
}

/** A chain's name holds 128 characters: a name, a dash and a UUID. */
const NAME_LENGTH = 91;

/** The one chain that this process writes, and its checkpoints: a line of the file and one of the log each. */
export class AuditWriter implements AdapterLifecycle {
  readonly trail: AuditTrail;
  readonly #dependencies: AuditWriterDependencies;
  readonly #schedule: CheckpointSchedule;
  #key: Promise<KeyObject> | undefined;
  #problem: string | undefined;
  #stopping: Promise<void> | undefined;

  constructor(dependencies: AuditWriterDependencies) {
    const { log, clock, ids, serviceName } = dependencies;
    this.#dependencies = dependencies;
    this.#schedule = new CheckpointSchedule({ clock, keep: (checkpoint) => this.#keep(checkpoint) });
    const chain = `${serviceName.slice(0, NAME_LENGTH)}-${ids.next()}`;
    this.trail = new AuditTrail({ log, clock, ids, chain, onAppended: this.#schedule.appended });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.trail.close().then(() => this.#schedule.close());
    return this.#stopping;
  }

  checkHealth(): Promise<AdapterHealth> {
    const { sequence } = this.trail.head;
    return Promise.resolve({
      name: 'audit',
      status: this.#stopping !== undefined ? 'down' : this.#problem === undefined ? 'up' : 'degraded',
      latencyMs: 0,
      detail: this.#problem ?? `${sequence} entries in the chain of this process`,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #keep(checkpoint: AuditCheckpoint): Promise<void> {
    const { places, logger } = this.#dependencies;
    if (places === undefined) return;
    const { chain, sequence, hash } = checkpoint;
    try {
      const { key, checkpoints } = places();
      this.#key ??= openSigningKey(key);
      const signed = signCheckpoint(checkpoint, await this.#key);
      await new CheckpointFile(checkpoints).append(signed);
      const { count, signature } = signed;
      logger.info(
        { chain, sequence, count, hash, at: signed.at.toISOString(), signature },
        'checkpoint of the audit log',
      );
      this.#problem = undefined;
    } catch (error) {
      this.#key = undefined;
      this.#problem = 'a checkpoint could not be kept: a cut tail of the log would not be seen';
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ chain, sequence, reason }, 'a checkpoint of the audit log could not be kept');
    }
  }
}

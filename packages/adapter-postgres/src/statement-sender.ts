import type { Logger } from '@test-coordinator/ports';
import type { PoolClient } from 'pg';

import { AnswerDeadlines } from './answer-deadlines.js';
import type { Parameter } from './parameters.js';
import {
  StatementExchange,
  type ExchangeContext,
  type OnAnswer,
  type Statement,
} from './statement-exchange.js';

export interface SenderOptions {
  /** Longest wait for an answer. */
  readonly queryTimeoutMs: number;
  /** Named statements live on a server connection, which pgbouncer in transaction mode hands around. */
  readonly namedStatements: boolean;
  /** Whether each statement has a line in the log. */
  readonly logStatements: boolean;
  readonly logger: Logger;
}

/** Sends the statements of one adapter, on whichever connection. */
export class StatementSender {
  readonly #context: ExchangeContext;

  constructor(private readonly options: SenderOptions) {
    this.#context = { deadlines: new AnswerDeadlines(options.queryTimeoutMs), columns: new Map() };
  }

  /** The parameters as for a StatementExchange. */
  send(
    client: PoolClient,
    statement: Statement,
    parameters: Parameter[] | undefined,
    onAnswer: OnAnswer,
  ): void {
    const { namedStatements, logStatements, logger } = this.options;
    const sent = namedStatements ? statement : { text: statement.text };
    const isLogged = logStatements && logger.isDebugEnabled();
    const answered = isLogged ? logged(statement, logger, onAnswer) : onAnswer;
    const exchange = new StatementExchange(sent, parameters, this.#context, answered);
    this.#context.deadlines.begin(exchange);
    client.query(exchange);
  }
}

function logged({ name = 'unnamed' }: Statement, logger: Logger, onAnswer: OnAnswer): OnAnswer {
  const start = performance.now();
  return (...outcome) => {
    const [failure, answered] = outcome;
    if (failure === null) {
      const durationMs = Math.round((performance.now() - start) * 1_000) / 1_000;
      logger.debug({ statement: name, rows: answered.rows.length, durationMs }, 'statement');
    }
    onAnswer(...outcome);
  };
}

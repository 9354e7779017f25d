import type { AssertionHistory } from '@test-coordinator/domain';
import { MAX_PAGE_LIMIT, type AssertionHistoriesRequest, type Repositories } from '@test-coordinator/ports';

/** The histories that a request asks for, all pages together, and over how many runs they are. */
export interface FoundHistories {
  readonly runs: number;
  readonly histories: readonly AssertionHistory[];
}

export async function findHistories(
  { testResults }: Repositories,
  request: AssertionHistoriesRequest,
): Promise<FoundHistories> {
  const histories: AssertionHistory[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await testResults.getAssertionHistories(request, { limit: MAX_PAGE_LIMIT, cursor });
    histories.push(...page.items);
    if (page.nextCursor === null) return { runs: page.runs, histories };
    cursor = page.nextCursor;
  }
}

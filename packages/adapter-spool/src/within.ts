import { DataAdapterError } from '@test-coordinator/ports';

/** What the call answers, or `TIMEOUT` when that takes longer: the call goes on, and nobody waits for it any more. */
export async function within<Answer>(limitMs: number, call: () => Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DataAdapterError('TIMEOUT', `the store did not answer within ${limitMs} ms; try again`));
    }, limitMs);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}

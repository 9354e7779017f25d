/** Lets others go on: each moment is one turn of the promises that are ready. */
export async function moments(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await Promise.resolve();
}

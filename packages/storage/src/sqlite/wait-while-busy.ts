import { setTimeout as sleep } from 'node:timers/promises'

const longestWaitMs = 25

/** Tries again while another process holds the lock, until `deadline` by `performance.now()`. Waits without blocking. */
export async function waitWhileBusy<T>(attempt: () => T, deadline: number): Promise<T> {
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    // Not all at once, or two processes would meet again and again.
    await sleep(waitMs * (0.5 + Math.random()))
  }
}

function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
}

/** What `work` gives, or the error of `late` when it takes longer. The work itself goes on: nobody can stop it from here. */
export async function withinLimit<T>(work: PromiseLike<T> | T, limitMs: number, late: () => Error): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(late()), limitMs)
  try {
    return await Promise.race([work, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}

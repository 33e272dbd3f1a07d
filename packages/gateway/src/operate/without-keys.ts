const longestModel = 200

/** The name of a model as it may be told: somebody may have put a key where it belongs. */
export function withoutKeys(model: string): string {
  return model.replace(/\b(rk|sk)-[\w-]{8,}/g, '$1-…').slice(0, longestModel)
}

/** Which filters an error answer names: `error.innererror.content_filter_result.<category>.filtered` (WIRE.md 6.3). */
export function filterHint(body: unknown): string | undefined {
  const results = fieldsOf(fieldsOf(fieldsOf(fieldsOf(body)['error'])['innererror'])['content_filter_result'])
  const categories = Object.keys(results).filter(category => fieldsOf(results[category])['filtered'] === true)
  return categories.length === 0 ? undefined : `The content filter of the deployment objects to this: ${categories.join(', ')}.`
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

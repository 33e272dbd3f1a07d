/** What calls may be grouped by. */
export const views = ['day', 'provider', 'model', 'agent', 'key'] as const
export type View = (typeof views)[number]

/** What records may be written as. */
export const formats = ['csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

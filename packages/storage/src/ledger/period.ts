const dayMs = 86_400_000

/** The periods that a moment of UTC lies in, as budgets name them. */
export function periodsOf(at: number): { readonly day: string; readonly week: string; readonly month: string } {
  const date = new Date(at)
  const day = date.toISOString().slice(0, 10)
  // The week of a day is that of its Thursday, counted in the Thursday's year (ISO 8601).
  const thursday = new Date(at + (3 - ((date.getUTCDay() + 6) % 7)) * dayMs)
  const week = Math.ceil((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1) + 1) / (7 * dayMs))
  return { day, week: `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`, month: day.slice(0, 7) }
}

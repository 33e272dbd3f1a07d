const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of at most `width` columns; whatever is not nothing can be seen. */
export function drawBar(part: bigint, whole: bigint, width: number): string {
  if (part <= 0n || whole <= 0n) return ''
  const units = Number((part * BigInt(width) * 8n + whole / 2n) / whole)
  const drawn = Math.min(Math.max(units, 1), width * 8)
  return '█'.repeat(Math.floor(drawn / 8)) + (eighths[drawn % 8] ?? '')
}

/** `██▒░░░░░░░`: what is spent, what is held, what is left. Only what is used up looks so. */
export function drawGauge(spent: bigint, held: bigint, limit: bigint, width: number): string {
  const cells = (amount: bigint) => {
    if (amount <= 0n) return 0
    if (amount >= limit) return width
    return Math.min(width - 1, Math.max(1, Number((amount * BigInt(width) * 2n + limit) / (limit * 2n))))
  }
  const full = cells(spent)
  const used = Math.max(full, held > 0n ? cells(spent + held) : 0)
  return '█'.repeat(full) + '▒'.repeat(used - full) + '░'.repeat(width - used)
}

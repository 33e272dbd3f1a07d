const mostChars = 80

/** Of a conversation: the beginning of its first message, on one line. */
export function titleOf(message: string): string {
  const line = message
    .slice(0, 1_000)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return Array.from(line.toWellFormed()).slice(0, mostChars).join('').trimEnd() || 'Conversation'
}

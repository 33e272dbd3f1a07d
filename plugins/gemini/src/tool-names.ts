/** Letters, digits and `_.:-`, a letter or `_` first (WIRE.md 10.2). `:` begins an escape here, so it is escaped itself. */
const plain = /^[A-Za-z_][\w.-]*$/
const foreign = /[^\w.-]/gu
const escaped = /:([0-9a-f]{1,6}):/g
/** Before a name that begins with what no name may begin with. */
const opening = '_::'

/**
 * The name of a tool in Gemini's alphabet: `查询` becomes `_:::67e5::8be2:`. Undone by `decodeToolName`, which has to do without the
 * request. The length is left to the vendor, which names the limit itself.
 */
export function encodeToolName(name: string): string {
  if (plain.test(name)) return name
  const spelled = name.replace(foreign, character => `:${character.codePointAt(0)?.toString(16) ?? ''}:`)
  return /^[A-Za-z_]/.test(spelled) ? spelled : opening + spelled
}

export function decodeToolName(name: string): string {
  if (!name.includes(':')) return name
  const spelled = name.startsWith(opening) ? name.slice(opening.length) : name
  return spelled.replace(escaped, (text, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code > 0x10_ff_ff ? text : String.fromCodePoint(code)
  })
}

export interface CodeBlock {
  readonly language: string
  /** The file it is cut from, when it says so: ```` ```js file=examples/… ````. */
  readonly file: string | undefined
  readonly text: string
}

const fence = /^```(\w*)(?: file=(\S+))?\n([^]*?)^```$/gm

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(fence)].map(([, language = '', file, text = '']) => ({ language, file, text }))
}

function prose(markdown: string): string {
  return markdown.replace(fence, '')
}

export function inlineCode(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map(match => match[1] ?? '')
}

export function headings(markdown: string): { readonly level: number; readonly text: string }[] {
  return [...prose(markdown).matchAll(/^(#+) (.*)$/gm)].map(([, marks = '', text = '']) => ({ level: marks.length, text }))
}

/** Targets of all links. */
export function links(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] ?? '')
}

/** The anchor of a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

/** The rows of the table that has a row whose cell in `column` begins with `text`. */
export function table(markdown: string, column: number, text: string): string[][] {
  const tables = prose(markdown).match(/(?:^\|.*\|\n)+/gm) ?? []
  const rows = tables.map(found => found.trim().split('\n').slice(2).map(cellsOf))
  return rows.find(found => found.some(cells => cells[column]?.startsWith(text))) ?? []
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map(cell => cell.trim())
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** A part of a line. Its text is plain: what writes it escapes control characters and adds colour, so that no text can bring its own. */
export type Piece = string | { readonly text: string; readonly style: Style }

export function styled(style: Style, text: string): Piece {
  return { text, style }
}

export function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.text
}

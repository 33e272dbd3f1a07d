// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/**
 * Makes a text of a model, vendor, plugin or file harmless for a terminal: control characters (but newline and tab) and those that
 * reorder a line are shown as `\x1b` or `\u202e`.
 */
export function escapeControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(unsafe, visible)
}

function visible(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
}

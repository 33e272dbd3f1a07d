/** `node:sqlite`, without the warning that Node 22 prints about it. All in one turn, so no other warning can be held back. */
export function loadSqlite(): typeof import('node:sqlite') {
  const before = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    if (before) Object.defineProperty(process, 'emitWarning', before)
  }
}

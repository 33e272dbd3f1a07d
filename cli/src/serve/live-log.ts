import type { Log } from '@resoftai/core'

type Method = 'debug' | 'info' | 'warn' | 'error'

/** A log that writes as another one does, which may be replaced, such as by one of another level. */
export function liveLog(first: Log): { readonly log: Log; readonly use: (next: Log) => void } {
  let current = first
  const build = (fixed: Readonly<Record<string, unknown>> | undefined): Log => {
    const method =
      (name: Method): Log[Method] =>
      (message, fields) =>
        current[name](message, fixed === undefined ? fields : { ...fixed, ...fields })
    return {
      debug: method('debug'),
      info: method('info'),
      warn: method('warn'),
      error: method('error'),
      child: fields => build({ ...fixed, ...fields })
    }
  }
  return { log: build(undefined), use: next => void (current = next) }
}

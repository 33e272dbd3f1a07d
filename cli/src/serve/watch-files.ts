import { stat } from 'node:fs/promises'

const everyMs = 2_000
/** Editors write in several steps. */
const restMs = 500

/**
 * Calls back when some of these files may be others than before, and have come to rest since; and once in the beginning. They are looked at, not
 * listened to: that alone sees files that are not there yet, links that lead elsewhere and folders that come over a network, and all looks together
 * take about a thousandth of a processor.
 */
export function watchFiles(files: () => readonly string[], onRest: () => void): { readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let told: string | undefined
  let last: string | undefined
  const look = async () => {
    const seen = (await Promise.all(files().map(stateOf))).join('\n')
    if (seen === last && seen !== told) {
      told = seen
      onRest()
    }
    last = seen
    if (!isStopped) timer = setTimeout(() => void look(), seen === told ? everyMs : restMs).unref()
  }
  void look()
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    }
  }
}

/** What is different when a file was written or replaced, or a link leads elsewhere. */
async function stateOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    return [file, dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return file
  }
}

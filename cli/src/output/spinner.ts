import type { Output } from './output.ts'
import { styled } from './piece.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const clearLine = '\r\x1b[2K'

export interface Spinner {
  /** Says what is being done now. */
  readonly update: (text: string) => void
  /** Takes the spinner off the screen; may be called again. */
  readonly stop: () => void
}

/** Shows that work is going on, on a terminal only. It never keeps the process alive. */
export function startSpinner(output: Output, text: string): Spinner {
  const stream = process.stderr
  if (!stream.isTTY || output.json || output.quiet) return { update() {}, stop() {} }
  let shown = text
  let frame = 0
  const draw = () => {
    const mark = frames[frame % frames.length] ?? ''
    stream.write(`${clearLine}${output.render(stream, [styled('cyan', mark), ` ${shown}`])}`)
  }
  const turn = () => {
    frame += 1
    draw()
  }
  draw()
  let timer: NodeJS.Timeout | undefined = setInterval(turn, 80).unref()
  return {
    // At once: work that leaves the event loop no turn would be over before the next frame.
    update(next) {
      shown = next
      if (timer !== undefined) draw()
    },
    stop() {
      if (timer === undefined) return
      clearInterval(timer)
      timer = undefined
      stream.write(clearLine)
    }
  }
}

import type { ChatRequest, ReplyBuilder, Usage } from '@resoftai/sdk'
import type { Calibration } from '../tokens/index.ts'
import { outputOf } from './shown.ts'

/** Of each model this many replies teach; after them one in so many, as an estimate of a long request takes milliseconds. */
const lessons = 20
const oneIn = 16

/** Messages that nobody else had to read are not read to learn from when they are longer. */
const longestLesson = 32_768

type Tokens = typeof import('../tokens/index.ts')

/** Tokens where no vendor has counted them: before a request is sent, and behind a reply that reports none. One for each provider. */
export class TokenEstimate {
  #tokens: Promise<readonly [Tokens, Calibration]> | undefined
  #replies = 0

  async ofRequest(request: ChatRequest): Promise<number> {
    const [{ calibrationKey, estimateTokens }, calibration] = await this.#load()
    return calibration.adjust(calibrationKey(request.model, request), estimateTokens(request))
  }

  /** For reservations: rarely less than what the vendor will count. */
  async mostOfRequest(request: ChatRequest): Promise<number> {
    const [{ calibrationKey, estimateTokens }, calibration] = await this.#load()
    return calibration.upperBound(calibrationKey(request.model, request), estimateTokens(request))
  }

  /** What a finished reply used, as far as its vendor did not say; what it did say is learned from. */
  ofReply(request: ChatRequest, usage: Usage, seen: ReplyBuilder): Promise<Usage> | undefined {
    if (usage.inputTokens !== undefined) this.#learnNowAndThen(request, usage)
    const isComplete = usage.inputTokens !== undefined && usage.outputTokens !== undefined
    // With a total the vendor has counted all there is: what it left out was nothing.
    return isComplete || usage.totalTokens !== undefined ? undefined : this.#complete(request, usage, seen)
  }

  /** What a reply used that was cut after this output: at least what the vendor had told by then. */
  async ofCut(request: ChatRequest, usage: Usage, output: string): Promise<Usage> {
    const { inputTokens = await this.ofRequest(request), outputTokens = 0 } = usage
    const came = await this.#ofText(output)
    const isEstimated = usage.inputTokens === undefined || usage.outputTokens === undefined || came > outputTokens
    return { ...usage, inputTokens, outputTokens: Math.max(came, outputTokens), ...(isEstimated && { estimated: true }) }
  }

  async #complete(request: ChatRequest, usage: Usage, seen: ReplyBuilder): Promise<Usage> {
    const { inputTokens = await this.ofRequest(request), outputTokens = await this.#ofText(outputOf(seen)) } = usage
    return { inputTokens, outputTokens, estimated: true }
  }

  async #ofText(output: string): Promise<number> {
    if (output === '') return 0
    const [{ estimateOutput }] = await this.#load()
    return estimateOutput(output)
  }

  #learnNowAndThen(request: ChatRequest, usage: Usage): void {
    if (request.written !== undefined && request.written.text.length > longestLesson) return
    const number = this.#replies++
    if (number < lessons || number % oneIn === 0) void this.#learn(request, usage)
  }

  async #learn(request: ChatRequest, usage: Usage): Promise<void> {
    const [{ calibrationKey, estimateTokens }, calibration] = await this.#load()
    calibration.learn(calibrationKey(request.model, request), estimateTokens(request), usage)
  }

  #load(): Promise<readonly [Tokens, Calibration]> {
    return (this.#tokens ??= import('../tokens/index.ts').then(tokens => [tokens, new tokens.Calibration()] as const))
  }
}

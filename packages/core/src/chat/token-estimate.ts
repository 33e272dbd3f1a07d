import type { ChatRequest, ReplyBuilder, Usage } from '@resoftai/sdk'
import type { Calibration } from '../tokens/index.ts'

/** Of each model this many replies teach; after them one in so many, as an estimate of a long request takes milliseconds. */
const lessons = 20
const oneIn = 16

type Tokens = typeof import('../tokens/index.ts')

/** Tokens where no vendor has counted them: before a request is sent, and behind a reply that reports none. One for each provider. */
export class TokenEstimate {
  #tokens: Promise<readonly [Tokens, Calibration]> | undefined
  #replies = 0

  async ofRequest(request: ChatRequest): Promise<number> {
    const [{ calibrationKey, estimateTokens }, calibration] = await this.#load()
    return calibration.adjust(calibrationKey(request.model, request), estimateTokens(request))
  }

  /** What a finished reply used, as far as its vendor did not say; what it did say is learned from. */
  ofReply(request: ChatRequest, seen: ReplyBuilder): Promise<Usage> | undefined {
    const { usage } = seen.partial()
    if (usage.inputTokens !== undefined) this.#learnNowAndThen(request, usage)
    const isComplete = usage.inputTokens !== undefined && usage.outputTokens !== undefined
    // With a total the vendor has counted all there is: what it left out was nothing.
    return isComplete || usage.totalTokens !== undefined ? undefined : this.#complete(request, usage, seen)
  }

  async #complete(request: ChatRequest, usage: Usage, seen: ReplyBuilder): Promise<Usage> {
    const { inputTokens = await this.ofRequest(request), outputTokens = await this.#ofOutput(seen) } = usage
    return { inputTokens, outputTokens, estimated: true }
  }

  async #ofOutput(seen: ReplyBuilder): Promise<number> {
    const [{ estimateOutput }] = await this.#load()
    const { text, reasoning } = seen.partial()
    const calls = seen.toolCalls().map(call => `${call.name}${call.arguments}`)
    const output = [reasoning, text, ...calls].join('')
    return output === '' ? 0 : estimateOutput(output)
  }

  #learnNowAndThen(request: ChatRequest, usage: Usage): void {
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

import { textOf, type Turn } from './conversation.ts'

/** Everything the simulator says of itself, in the language it was asked in. */
interface Phrases {
  canned(question: string): string
  thoughts(question: string): string
  results(list: string): string
  readonly noTools: string
  readonly nothing: string
}

const english: Phrases = {
  canned: question =>
    `This is the ResoftAI simulator, not a real model, so the answer is scripted. You asked: "${question}". ` +
    'That you can read this proves the way there and back: your request went through the host to a provider, and the reply came back piece by piece. ' +
    'For an answer that was thought about, give a real provider its key: resoftai plugin config openai-compatible',
  thoughts: question => `The question is "${question}". I am a simulator and cannot think, but I can show where thoughts arrive.`,
  results: list => `[simulator] The tools answered: ${list}.`,
  noTools: '[simulator] This model calls the tools it is offered, and there were none.',
  nothing: 'nothing'
}

const chinese: Phrases = {
  canned: question =>
    `这里是 ResoftAI 模拟器（simulator），不是真正的模型，回答是预先写好的。您的问题是：“${question}”。` +
    '您能看到这段话，说明整条链路是通的：请求经过主机到达提供方，回答又逐段返回。' +
    '想得到真正的回答，请为真实的提供方配置密钥：resoftai plugin config openai-compatible',
  thoughts: question => `问题是：“${question}”。我是模拟器（simulator），不会思考，但可以展示思考内容出现的位置。`,
  results: list => `[simulator] 工具返回：${list}。`,
  noTools: '[simulator] 这个模型会调用提供给它的工具，但这次没有提供任何工具。',
  nothing: '空'
}

export function phrasesFor(text: string): Phrases {
  return /\p{Script=Han}/u.test(text) ? chinese : english
}

/** `weather: sunny; now: noon` */
export function listResults({ calls, results }: Turn): string {
  return results
    .map(({ toolCallId, name, content }) => `${name ?? calls.find(call => call.id === toolCallId)?.name ?? toolCallId}: ${textOf(content)}`)
    .join('; ')
}

/** The beginning of a text, whole characters only. */
export function shorten(text: string, characters = 80): string {
  const all = Array.from(text.trim())
  return all.length > characters ? `${all.slice(0, characters).join('')}…` : all.join('')
}

import { describe, expect, test } from '@jest/globals'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { estimateText } from './estimate-text.ts'

const prose: Readonly<Record<string, string>> = {
  English: `When a plugin is installed, the host reads its manifest, checks the version it asks for, and refuses it with a sentence that a person can act on.
    Nothing is written before that. She had lived by the river for eleven years, and knew every boat that passed on a Sunday morning.`,
  Chinese:
    '插件安装之后,主机会先读取它的清单,检查所要求的版本,如果不合适就用一句人能看懂的话拒绝它。在此之前不会写入任何内容。她在河边住了十一年,认识每个星期天早上经过的每一条船。',
  Japanese:
    'プラグインをインストールすると、ホストはまずマニフェストを読み、必要なバージョンを確認します。問題があれば、人が理解できる文で断ります。彼女は川のそばに十一年間住んでいました。',
  German: `Nachdem ein Zusatzmodul eingerichtet wurde, liest der Dienst dessen Beschreibung, prüft die verlangte Fassung und lehnt es gegebenenfalls
    mit einem verständlichen Satz ab. Sie wohnte seit elf Jahren am Fluss und kannte jedes Schiff, das sonntags vorbeifuhr.`,
  code: `export function readManifest(folder: string): Manifest {
  const text = readFileSync(join(folder, 'plugin.json'), 'utf8')
  const value: unknown = JSON.parse(text)
  if (!isManifest(value)) throw new Error(\`\${folder} has no manifest\`)
  return { ...value, folder }
}`,
  JSON: JSON.stringify({
    type: 'object',
    properties: { city: { type: 'string', description: 'The city to look up' }, unit: { enum: ['celsius', 'fahrenheit'] } },
    required: ['city'],
    additionalProperties: false
  }),
  emoji: 'Great work 🎉🎉 see you later 👋🏽 and thanks 🙏 for the 🍕 and the 🎂! 😂😂😂',
  numbers: Array.from({ length: 40 }, (_, index) => String(31_415_926_535 * (index + 1))).join(', '),
  base64: Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 7919 + index * index * 31) % 251)).toString('base64')
}

describe('the estimate of a text', () => {
  test.each(Object.entries(prose))('is within a quarter of what o200k counts: %s', (_, text) => {
    const ratio = estimateText(text) / countTokens(text)
    expect(ratio).toBeGreaterThan(0.75)
    expect(ratio).toBeLessThan(1.25)
  })

  test.each(['a', 'A', 'é', '7', ' ', '\n', '=', '中', 'あ', '한', 'я', 'ש', 'ไ', '、', '\u0000', '\ud800'])(
    'grows with a run of %j, which is not free',
    letter => {
      const [short = 0, long = 0] = [1_000, 8_000].map(length => estimateText(letter.repeat(length)))
      expect(long).toBeGreaterThan(short * 4)
      expect(long).toBeGreaterThan(100)
      expect(long).toBeLessThan(8_100)
    }
  )

  test.each([
    'ສະບາຍດີຕອນເຊົ້າ ເຈົ້າສະບາຍດີບໍ',
    'བོད་ཡིག་ནི་བོད་ཀྱི་སྐད་ཡིག་རེད།',
    'ሰው ሰራሽ የማሰብ ችሎታ ዓለምን እየቀየረ ነው',
    'ᎠᏂᏴᏫᏯᎢ ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ',
    'ꆈꌠꁱꂷ ꆈꌠꁱꂷ'
  ])('is more than half of what o200k counts, even of a script that it spells by the byte: %s', text => {
    expect(estimateText(text) / countTokens(text)).toBeGreaterThan(0.55)
  })

  test('of nothing is nothing', () => {
    expect(estimateText('')).toBe(0)
  })
})

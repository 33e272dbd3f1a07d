/** The newest generation that is known here; names without a number such as `gemini-flash-latest` mean it or a later one. */
const newest = 3

/** Of which generation a model is, e.g. 2.5; 0 for what is no Gemini model by its name (Gemma, tuned models). */
export function readGeneration(model: string): number {
  const name = model.slice(model.lastIndexOf('/') + 1)
  if (!name.startsWith('gemini-')) return 0
  const version = /^gemini-(\d{1,3}(?:\.\d{1,3})?)/.exec(name)?.[1]
  return version === undefined ? newest : Number(version)
}

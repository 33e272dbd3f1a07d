/** Notes what cannot be said to Gemini, in a sentence for a person. */
export type Warn = (warning: string) => void

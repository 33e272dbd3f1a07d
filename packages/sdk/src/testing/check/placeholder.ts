/** What stands for a secret until the socket. */
export function placeholder(field: string): string {
  return `{{secret:${field}}}`
}

export const wholePlaceholder = /\{\{(?:secret|token):[^{}|]+\}\}/g

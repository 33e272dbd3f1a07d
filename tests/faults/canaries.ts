/** No two of them have five characters in common, nor has anything else that is said here. */
export const secrets = {
  inline: 'sk-Qz7Wx4Kj9Vb2Np6RtYgHs',
  environment: 'sk-Mf3Dc8Lo5Ua1Ie0SkXqJw',
  dotEnv: 'sk-Bv6Gn2Zr9Et4Oy7CxPhAi',
  stored: 'sk-Wl1Fu5Md8Rk3Tj0VeBsNq',
  file: 'sk-Xo4Hy9Jc6Ga2Pw7ZiUtLd'
}

/** What is shown of a secret beyond its last four characters: the places where five or more of it stand together. */
export function shownOf(secret: string, text: string): readonly string[] {
  const parts = Array.from({ length: secret.length - 4 }, (_each, start) => secret.slice(start, start + 5))
  return parts.filter(part => text.includes(part))
}

/** Some tests start several processes, and a machine that does much else is slow at that. */
export const limitMs = 60_000

/** Nothing that a shell takes for more than a letter. */
export const possibleName = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u

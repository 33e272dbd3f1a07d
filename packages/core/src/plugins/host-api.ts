/** Version of what a plugin may rely on: the SDK's contract and the manifest. Plugins name a range of it in `engines.resoftai`. */
export const hostApiVersion = '1.0.0'

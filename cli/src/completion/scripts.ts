export type Shell = 'bash' | 'zsh' | 'fish'

/** The scripts ask the program itself, so they are never out of date. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: String.raw`# resoftai completion: source <(resoftai completion bash)
_resoftai() {
  local current="${'$'}{COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
      :directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
      *) COMPREPLY+=("${'$'}{line%%$'\t'*}") ;;
    esac
  done < <(resoftai __complete "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _resoftai resoftai
`,
  zsh: String.raw`#compdef resoftai
# resoftai completion: source <(resoftai completion zsh), or a file _resoftai in a folder of $fpath
_resoftai() {
  local -a candidates
  local line
  while IFS= read -r line; do
    case "$line" in
      :file) _files ;;
      :directory) _files -/ ;;
      *$'\t'*) candidates+=("${'$'}{${'$'}{line%%$'\t'*}//:/\\:}:${'$'}{line#*$'\t'}") ;;
      *) candidates+=("${'$'}{line//:/\\:}") ;;
    esac
  done < <(resoftai __complete "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe 'resoftai' candidates
}
if [ "$funcstack[1]" = "_resoftai" ]; then _resoftai "$@"; else compdef _resoftai resoftai; fi
`,
  fish: String.raw`# resoftai completion: resoftai completion fish > ~/.config/fish/completions/resoftai.fish
function __resoftai_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (resoftai __complete $words[2..-1] 2>/dev/null)
    switch $line
      case ':file' ':directory'
        __fish_complete_path (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c resoftai -f -a '(__resoftai_complete)'
`
}

complete --keep-order --exclusive --command keyroll --arguments "(COMPLETE=fish keyroll -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"

"""What a merge leads to: which modules it touches, and whether their smokes run again. Pure: git and files are told."""

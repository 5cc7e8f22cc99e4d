"`python -m refinet`: the same as the command"
from refinet.cli import main

if __name__ == '__main__': main()

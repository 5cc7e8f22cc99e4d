"Other ways to run a network"

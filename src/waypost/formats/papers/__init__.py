"""Papers: what a file really is, how many pages it has, what it says, how a page looks. Pure: bytes in, values out."""

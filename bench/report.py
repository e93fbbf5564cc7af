"""x"""
def summary(r): return ""
def write(r,o): pass

"""How the embedded encoder was trained; nothing in the product imports this folder."""

"""Writes the files of this folder, as people send them by mistake. Needs PyTorch and NumPy; run it here."""

import pickle

import numpy as np
import torch

module = torch.nn.Sequential(torch.nn.Linear(1, 1))
torch.save(module.state_dict(), "state_dict.pt")
torch.save(module, "module.pt")
torch.save(module.state_dict(), "before-1.6.pt", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(module), "script.pt")
torch.onnx.export(module, torch.zeros(2, 1), "model.onnx")
np.savez("arrays.npz", inputs=np.zeros((3, 1)))
np.savez_compressed("compressed.npz", inputs=np.zeros((3, 1)))
np.save("array.npy", np.zeros((3, 1)))
for protocol in 2, 3, 4, 5:
    with open(f"protocol-{protocol}.pkl", "wb") as file:
        pickle.dump({"0.weight": [[1.0]], "0.bias": [0.0]}, file, protocol)
